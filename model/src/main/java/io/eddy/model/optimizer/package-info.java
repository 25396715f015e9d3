/// Optimisers, and what is done with gradients before them.
@NullMarked
package io.eddy.model.optimizer;

import org.jspecify.annotations.NullMarked;
