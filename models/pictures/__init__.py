"""Pictures of an automation: its flow as a graph, with how many runs went each way, drawn for terminals and pages."""
