"""The catalogues: one folder a language. `python -m touchpoints.locale` brings them up to date with the code."""
