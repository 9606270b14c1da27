"""What will be."""
