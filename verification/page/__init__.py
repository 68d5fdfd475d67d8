"""Looking at a page as people do: in a browser, in several sizes, in both themes, and with a reader's rules."""
