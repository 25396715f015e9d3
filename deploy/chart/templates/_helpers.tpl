{{- define "eddy.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "eddy.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "eddy.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "eddy.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "eddy.selectorLabels" -}}
app.kubernetes.io/name: {{ include "eddy.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "eddy.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "eddy.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "eddy.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "eddy.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "eddy.applicationId" -}}
{{- default (include "eddy.fullname" .) .Values.kafka.applicationId }}
{{- end }}

{{- define "eddy.tokenSecret" -}}
{{- default (printf "%s-http" (include "eddy.fullname" .)) .Values.http.existingSecret }}
{{- end }}

{{- define "eddy.image" -}}
{{- printf "%s:%s" .Values.image (default .Chart.AppVersion .Values.imageTag) }}
{{- end }}

{{- define "eddy.properties" -}}
application.id={{ include "eddy.applicationId" . }}
bootstrap.servers={{ required "kafka.bootstrapServers is missing: the brokers, as host:port" .Values.kafka.bootstrapServers }}
schema.registry.url={{ required "kafka.schemaRegistryUrl is missing: the address of the schema registry" .Values.kafka.schemaRegistryUrl }}
eddy.input.topic={{ required "kafka.inputTopics is missing: a list of one topic, the input" (first .Values.kafka.inputTopics) }}
{{- with .Values.kafka.outputTopic }}
eddy.topic.forecasts={{ . }}
{{- end }}
{{- with .Values.kafka.errorTopic }}
eddy.topic.dead.letters={{ . }}
{{- end }}
{{- range $key, $value := .Values.kafka.config }}
{{ $key }}={{ $value }}
{{- end }}
{{- range $key, $value := .Values.eddy }}
eddy.{{ $key }}={{ $value }}
{{- end }}
{{- end }}

{{- define "eddy.env" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- if .Values.kafka.staticMembership }}
- name: KAFKA_GROUP_INSTANCE_ID
  value: $(POD_NAME)
{{- end }}
{{- with .Values.javaOptions }}
- name: EDDY_JAVA_OPTS
  value: {{ . | quote }}
{{- end }}
- name: EDDY_HTTP_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ include "eddy.tokenSecret" . }}
      key: token
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $ref := .Values.secretRefs }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $ref.name }}
      key: {{ $ref.key }}
{{- end }}
{{- end }}

{{- define "eddy.volumeMounts" -}}
- name: config
  mountPath: /etc/eddy
  readOnly: true
- name: state
  mountPath: /var/lib/eddy
{{- range $i, $ref := .Values.secretFilesRefs }}
- name: secret-{{ $i }}
  mountPath: {{ $ref.mountPath }}
  readOnly: true
{{- end }}
{{- end }}
