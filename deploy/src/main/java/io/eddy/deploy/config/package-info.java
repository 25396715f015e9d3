/// Where settings come from: defaults, file, environment and command line, in that order.
@NullMarked
package io.eddy.deploy.config;

import org.jspecify.annotations.NullMarked;
