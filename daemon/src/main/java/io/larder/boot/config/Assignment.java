package io.larder.boot.config;

/// A value given to a setting, not yet understood.
///
/// @param text lists are joined with commas
record Assignment(Setting<?> setting, String text, Provenance from) {}
