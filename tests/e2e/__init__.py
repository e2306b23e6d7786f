"""The whole pipeline, from YAML to the sandbox: what is planned, what goes over the wire, what is there then."""
