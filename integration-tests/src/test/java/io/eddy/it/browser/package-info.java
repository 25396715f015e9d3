/// A real browser, by which tests use pages as people do.
@NullMarked
package io.eddy.it.browser;

import org.jspecify.annotations.NullMarked;
