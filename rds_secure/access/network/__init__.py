"""From where a database can be reached: the network as data, and packets followed through it. It calls nothing.

    network = from_ec2.network_of(account, region, replies)     # what was not read is None, and stays unknown
    targets = from_rds.targets_of(replies)
    answers = reach.reach(network, targets)                     # addresses, interfaces, side doors, with evidence
    explain.explain(reach.Reach(network, targets), "i-0123", target)

``model`` and ``target`` are the data, ``evidence`` and ``answers`` what comes out. Facts are those of the VPC, VPC
peering, transit gateway and RDS user guides, named where they are used.
"""
