"""What every replaceable part of one kind must do alike."""
