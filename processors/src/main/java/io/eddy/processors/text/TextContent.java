package io.eddy.processors.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A text, perhaps an empty one, and what it came with.
///
/// @param label what somebody said of the whole, its class or its translation; null for nothing
/// @param tags that somebody gave its words; null for none
record TextContent(String text, @Nullable String label, @Nullable List<String> tags) {}
