/// Replaying what was answered, to see whether the same bytes come out.
@NullMarked
package io.eddy.deploy.replay;

import org.jspecify.annotations.NullMarked;
