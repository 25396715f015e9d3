/// A new model version reaches every task: candidates in, numbered decisions out, a registry on
/// every instance.
@NullMarked
package io.eddy.processors.rollout;

import org.jspecify.annotations.NullMarked;
