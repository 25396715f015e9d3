/// The topics Eddy owns: their names, how they are made, and whether a cluster has them as needed.
@NullMarked
package io.eddy.processors.topic;

import org.jspecify.annotations.NullMarked;
