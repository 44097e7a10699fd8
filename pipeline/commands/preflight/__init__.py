"""What is looked at before a run, quickly: the stages keep their own, deeper checks."""
