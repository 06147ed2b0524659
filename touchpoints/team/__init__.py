"""What a team needs to know: its mix of channels, its service, the demand on it, and who covers for whom.

Pure functions over events (`happened`), each figure with its number of cases. What is about callers and customers is
shown as it is; what is about colleagues only for five of them or more (`group`), and never as a ranking.
"""
