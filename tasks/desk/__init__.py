"""The desk: what people do with documents, money and bookings, decided under the tenant's lock like all else."""
