"""How fast and how safe a real server is: latencies, a pointer that moves under load, memory, and a sudden death."""
