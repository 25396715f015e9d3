/// Forgetting a series: the command to do so, and the proof that it was done.
@NullMarked
package io.eddy.deploy.forget;

import org.jspecify.annotations.NullMarked;
