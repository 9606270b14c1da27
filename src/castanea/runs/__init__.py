"""What joins the rooms: workspaces on disk, the two processes of a server and the socket between them, imports, jobs."""
