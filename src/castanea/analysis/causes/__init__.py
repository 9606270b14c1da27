"""Evidence for causes, effects by region, campaigns before they run."""
