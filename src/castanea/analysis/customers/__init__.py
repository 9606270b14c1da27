"""What customers will do, and what to offer whom."""
