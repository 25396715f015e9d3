/// Verdicts on the values that come: how rare each is in its key's own history, and of what kind.
@NullMarked
package io.eddy.model.anomaly;

import org.jspecify.annotations.NullMarked;
