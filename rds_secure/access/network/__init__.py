"""From where a database can be reached: the network as data, and packets followed through it. It calls nothing."""
