/// The demo: real events in, forecasts watched, and an honest account at the end.
@NullMarked
package io.eddy.deploy.demo;

import org.jspecify.annotations.NullMarked;
