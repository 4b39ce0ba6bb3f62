"""Stories of clients with a real browser: the pages, the sandbox provider as a process, and back."""
