"""The demo: a French salon with appointments and classes, shown live and in virtual time."""
