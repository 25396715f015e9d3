/// Search for the settings that forecast recorded series best.
@NullMarked
package io.eddy.deploy.tune;

import org.jspecify.annotations.NullMarked;
