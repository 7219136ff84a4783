/// Configuration of a daemon: one table of settings, read from a YAML file, the environment and
/// flags, with all problems reported at once.
@NullMarked
package io.larder.boot.config;

import org.jspecify.annotations.NullMarked;
