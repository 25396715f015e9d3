/// A measurement arrives, the cell steps, a forecast leaves.
@NullMarked
package io.eddy.processors.forecast;

import org.jspecify.annotations.NullMarked;
