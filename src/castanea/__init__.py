"""Castanea: a self-hosted e-commerce analytics platform."""

__version__ = "0.1.0"
