/// Truncated back-propagation through time over the histories of many keys.
@NullMarked
package io.eddy.model.training;

import org.jspecify.annotations.NullMarked;
