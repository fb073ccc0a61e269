"""A proof with all that it uses, so that others can prove it again."""
