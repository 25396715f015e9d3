package io.eddy.deploy.http;

import io.eddy.deploy.chart.Uplot;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;

/// The files of the dashboard, all of them from the class path: it needs no network but this
/// server.
final class Pages {
  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private Pages() {}

  static void addTo(RoutesConfig routes) {
    add(routes, "/", HTML, "index.html");
    add(routes, "/dashboard.css", CSS, "dashboard.css");
    for (String module : new String[] {"api", "app", "charts", "format", "views"}) {
      add(routes, "/" + module + ".js", SCRIPT, module + ".js");
    }
    add(routes, "/icon.svg", "image/svg+xml", "icon.svg");
    addChart(routes, "/uPlot.min.css", CSS);
    addChart(routes, "/uPlot.esm.js", SCRIPT);
  }

  private static void add(RoutesConfig routes, String path, String type, String name) {
    byte[] content = Resources.read("dashboard/" + name);
    routes.get(path, request -> serve(request, type, content));
  }

  private static void addChart(RoutesConfig routes, String path, String type) {
    byte[] content;
    try {
      content = Uplot.file(path.substring(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    routes.get(path, request -> serve(request, type, content));
  }

  private static void serve(Context request, String type, byte[] content) {
    request.contentType(type).result(content);
  }
}
