"""What the tabs of the detail pane say, as lines: no widgets here."""
