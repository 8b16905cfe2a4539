"""What stories share."""
