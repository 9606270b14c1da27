"""What a price, a budget or a medium brings."""
