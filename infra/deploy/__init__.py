"""The manifest turned into an ordered, repeatable plan of gcloud commands, and the commands that apply it."""
