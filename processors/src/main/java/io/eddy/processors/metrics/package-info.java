/// Every sensor's name and meaning.
@NullMarked
package io.eddy.processors.metrics;

import org.jspecify.annotations.NullMarked;
