"""The way in: what arrives is checked, sealed, and kept in the landing log before anybody is told that it was received."""
