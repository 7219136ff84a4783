package io.larder.boot.config;

/// How much the daemon says about itself.
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
