/// Networks from and for other frameworks: PyTorch's state dicts.
@NullMarked
package io.eddy.model.exchange;

import org.jspecify.annotations.NullMarked;
