"""The same services on the command line."""
