"""What commands share: arguments and options, where output goes, the language of the screen."""
