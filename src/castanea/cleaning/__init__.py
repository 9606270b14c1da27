"""Landed or raw rows → canonical rows and rejects: parsing cells, applying a mapping, deciding meanings by identities over the file."""
