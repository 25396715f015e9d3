/// Streams whose right answers are known.
@NullMarked
package io.eddy.it.scenario;

import org.jspecify.annotations.NullMarked;
