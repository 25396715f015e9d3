/// What an application tells over HTTP: health, metrics, the API, and the dashboard that reads it.
@NullMarked
package io.eddy.deploy.http;

import org.jspecify.annotations.NullMarked;
