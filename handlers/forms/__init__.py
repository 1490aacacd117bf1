"""Forms filled in by talking: reports, complaints, service requests and their papers."""
