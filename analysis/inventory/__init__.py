"""What is in a store: listed, shown, checked, exported, compared, cleared of what nobody needs."""
