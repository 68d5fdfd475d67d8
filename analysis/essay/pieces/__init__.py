"""What shortcodes become: one file each."""
