/// Named weights with shapes, and what they start from.
@NullMarked
package io.eddy.model.parameter;

import org.jspecify.annotations.NullMarked;
