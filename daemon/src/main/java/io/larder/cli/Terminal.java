package io.larder.cli;

/// A screen of text.
interface Terminal {
  /// Columns at this moment; 0 when this is not a terminal.
  int width();
}
