/// The settings: keys, defaults, checks, documentation.
@NullMarked
package io.eddy.processors.config;

import org.jspecify.annotations.NullMarked;
