"""What to do: reorder, place."""
